# Thin on purpose: every target is an npm script. Node 24 comes with the packages; see README for what must be there before.
.PHONY: demo test verify generate local bench image clean install

demo test verify generate local bench: install
	@npm run --silent $@

install:
	@scripts/install.sh $(MAKECMDGOALS)

image:
	docker build --tag larder:dev .

clean:
	rm -rf node_modules dist coverage .local
