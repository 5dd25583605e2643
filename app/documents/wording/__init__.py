"""The words of each kind of paper: plain, official, exact."""
