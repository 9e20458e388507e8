"""Entities, value objects and rules. Standard library only; no clock, no I/O."""
