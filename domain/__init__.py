"""The rules of Turnout: standard library only, no clock, no input or output."""
