"""Fine-tuning on feedback, and the gate before promotion."""
