"""How gunicorn serves the application (decisions 13 and 19)."""
