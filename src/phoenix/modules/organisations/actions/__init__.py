"""What a person can do with organisations."""
