"""Injects faults while clients keep a ledger of their responses, and checks the invariants."""
