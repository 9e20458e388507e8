"""The REST interface: Flask, flask-smorest and marshmallow."""
