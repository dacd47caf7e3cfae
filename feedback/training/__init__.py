"""From what people said to an encoder that is measurably better, and no worse anywhere."""
