"""The use cases: what people do with Turnout, one file each, driving the domain through ports."""
