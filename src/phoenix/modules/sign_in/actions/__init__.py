"""What people walk through to sign up, sign in, and get back in."""
