"""What the use cases need. Adapters inherit these Protocols, so that a half-built one fails."""
