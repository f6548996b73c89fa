"""What factors are stored as."""
