"""The AI Note Writer API, written down once: shared by our client, our server, and their tests."""
