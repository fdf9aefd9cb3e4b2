package extract

// Bounds on what one message can make the extractor keep or look at. A cut
// leaves the defect beside it in the row, where losing something matters. Within
// them the dearest messages of BenchmarkWorst take under a second of one core
// (a JPEG of noise, of as many pixels as are decoded) and 200 MB.
const (
	maxText        = 256 << 10 // bytes of visible text: defectText
	maxWords       = 20_000    // words that are shingled: defectText
	maxTags        = 20_000    // HTML tags that are shingled
	maxDepth       = 512       // open HTML elements that are remembered
	maxURLs        = 64        // row: defectURLs
	maxPerShape    = 3         // links of one shape in a row
	maxLinks       = 512       // links that are looked at: defectURLs
	maxURL         = 2048      // bytes of one link: defectURLs
	maxHosts       = 32        // row: defectURLs
	maxAttachments = 32        // row and looked at: defectAttachments
	maxAttrs       = 32        // row: defectAttrs
	maxAttrName    = 64
	maxAttrValue   = 256
	maxSubject     = 512 // bytes, row
	maxName        = 256 // bytes of a display name, row
	maxAddress     = 320 // bytes of a mail address (RFC 5321 4.5.3.1)
	maxHost        = 253
	maxLine        = 256       // bytes of other single-line texts, row
	maxFileName    = 128       // bytes, row
	maxBody        = 64 << 10  // bytes of redacted text, row
	maxPhones      = 8         // row
	maxWallets     = 8         // row
	maxDefects     = 32        // row
	maxReceived    = 64        // Received fields that are walked
	maxImages      = 8         // pictures that are decoded
	maxPixels      = 20 << 20  // of all pictures together: defectImage
	maxScans       = 32        // of one JPEG: defectImage
	maxFileText    = 128 << 10 // bytes of text from one attachment
	maxInflate     = 4 << 20   // bytes inflated from one attachment
	maxInflateAll  = 12 << 20  // and from all of a message: defectAttachments
	maxMasked      = 8         // addresses that are masked in one message
)

// Defects that this package adds to a row.
const (
	defectText        = "text-cut"
	defectURLs        = "urls-cut"
	defectAttachments = "attachments-cut"
	defectAttrs       = "attrs-cut"
	defectImage       = "image-undecodable"
	defectTime        = "time-absurd"
	defectFailed      = "extraction-failed"
	defectNoFrom      = "from-missing"
)

// Least amounts below which a digest or a guess means nothing.
const (
	minDigestText = 200 // bytes of normalised text for ssdeep
	minDigestFile = 256 // bytes of an attachment for ssdeep
	minLanguage   = 60  // bytes of text for a guess at its language
	minLook       = 24  // pixels each way
)
