"""The lake of accepted rows and the database that says which of them count."""
