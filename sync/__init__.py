"""Every copy equal: the worker beside the doors. It runs what falls due, whoever looks or not."""
