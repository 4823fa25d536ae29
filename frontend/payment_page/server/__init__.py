"""What the page's server adds to Streamlit: first screen, files from memory, headers, violation reports, TLS."""
