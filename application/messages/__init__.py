"""Messages: what happened, for webhooks and mails."""
