import { DatabaseSync } from 'node:sqlite'
import { openCache } from '../index.ts'

/**
 * A product page over SQLite, with the cache that the environment names (REDIS_URL or MEMCACHE_SERVERS, and CACHE_POLICY).
 * Run it with the environment Secret of a CacheCluster: `envFrom` in a Pod, or as `make demo` does.
 */
interface Product {
  readonly id: number
  readonly name: string
  readonly cents: number
}

/** What a page costs that joins, sorts and renders: so long does the database take here. */
const slowQueryMs = 120

const database = new DatabaseSync(':memory:')
database.exec('CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, cents INTEGER)')
database.prepare('INSERT INTO product VALUES (?, ?, ?)').run(42, 'Larder shelf, oak', 12_900)

const loadProduct = async (id: number): Promise<Product> => {
  await new Promise((resolve) => setTimeout(resolve, slowQueryMs))
  return database.prepare('SELECT * FROM product WHERE id = ?').get(id) as unknown as Product
}

const savePrice = async (product: Product): Promise<void> => {
  database.prepare('UPDATE product SET cents = ? WHERE id = ?').run(product.cents, product.id)
}

const cache = await openCache()
const key = 'product:42'

const read = async (what: string) => {
  const started = performance.now()
  const product = await cache.cached(key, () => loadProduct(42))
  const tookMs = performance.now() - started
  console.log(`${what}: ${product.name}, ${(product.cents / 100).toFixed(2)} EUR, in ${tookMs.toFixed(1)} ms`)
  return product
}

const product = await read('first read (from the database)')
await read('second read (from the cache)')
await cache.write(key, { ...product, cents: 9_900 }, savePrice)
await read('read after a write (through the cache)')
console.log(`stats ${JSON.stringify(cache.stats)}`)
await cache.close()
