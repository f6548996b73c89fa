"""Settings with which `staging` and `production` start."""

from __future__ import annotations

KEY, OTHER_KEY = "kT3v9QmZ2xPw7LrB5nYc8HsD4fGj6VaE", "w8RdJ1uXhN5zKq3TmB7yPc9LsFgV2aEo"
STRICT = {
    "PHOENIX_SECRET_KEY": KEY,
    "PHOENIX_SMTP_URL": "smtp://127.0.0.1:1",
    "PHOENIX_PUBLIC_URL": "https://phoenix.test",
    "PHOENIX_MAIL_FROM": "Phoenix <no-reply@mail.example.com>",
}
