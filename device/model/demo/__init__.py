"""The demo clip and the people in it, who do not exist."""
