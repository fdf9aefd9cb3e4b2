package cluster

var learned = Weights{bias: -6}
