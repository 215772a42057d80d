"""The system of record: what people state about their customers, who may see it, and every version of it."""
