"""The texts of Engine.IO 4 and Socket.IO 5: from packets to text and back. Nothing here reads a clock, waits or does input or output."""
