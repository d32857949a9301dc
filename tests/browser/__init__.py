"""Tests in a real browser. A package, so that it ends with the last of them: other tests run loops of their own."""
