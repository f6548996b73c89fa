"""Live messages over Socket.IO."""
