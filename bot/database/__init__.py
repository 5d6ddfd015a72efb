"""Tables, engine and store on SQLAlchemy."""
