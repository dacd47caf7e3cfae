"""What helps a person of the shop answer: drafts from records, a summary, who the customer is."""
