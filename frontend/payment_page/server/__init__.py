"""What the page's server adds to Streamlit: security headers, a route for violation reports, TLS."""
