"""The gateway: sessions, messages, streams, feedback and events over HTTP."""
