package publish

import (
	"fmt"
	"io"
)

// HTML writes the summary as one document that stands alone in a mail.
func (s *Summary) HTML(w io.Writer) error {
	_, err := fmt.Fprintln(w, "<!doctype html>")
	return err
}
