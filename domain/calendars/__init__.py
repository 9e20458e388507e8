"""Addresses under which programs read a person's calendar."""
