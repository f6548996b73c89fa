"""Comments: post, change and delete them, and mention people in them."""
