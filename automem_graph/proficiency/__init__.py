"""Loop 2 (paper, proficiency): good memory decisions become an adapter that makes more of them."""
