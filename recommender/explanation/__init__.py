"""Why was this shown? Causes that really moved it, as facts; sentences are made where replies are."""
