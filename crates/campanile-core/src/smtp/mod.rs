//! The SMTP and LMTP session as data: lines in, replies and effects out.
