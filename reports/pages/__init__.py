"""What people open in a browser: the enterprise portal and the regulator console, made on the server."""
