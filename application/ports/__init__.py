"""Protocols that adapters inherit, so that a missing method fails at construction."""
