module github.com/footfall/footfall

go 1.26
