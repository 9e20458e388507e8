"""Queued mails, their tokens, and reminders."""
