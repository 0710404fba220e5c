"""What appears on a page: live views, and the pictures that stay in their place."""
