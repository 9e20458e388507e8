"""Profiles and tokens over HTTP."""
