"""What a person is likely to want."""
