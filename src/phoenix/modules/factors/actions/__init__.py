"""Second factors and passkeys, and the throttle on guessing them."""
