"""The audit log: appended to by following the events, verified, signed, and rid of what people wrote."""
