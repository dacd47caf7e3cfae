"""Why a product is shown."""
