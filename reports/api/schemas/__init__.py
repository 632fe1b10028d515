"""What goes in and out, field by field. A record's other fields never do: a new one is shown only once it is here."""
