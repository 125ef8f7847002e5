"""Recorded feeds: saved from X or a local server, checked, and read again by seasons and servers."""
