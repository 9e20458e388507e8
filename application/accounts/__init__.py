"""Signing up, logging in, staying logged in."""
