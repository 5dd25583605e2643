"""Reads: no row changes here."""
