/* The functions of cpu_kernels.c that work on LANES channels at once; included once for each LANES. ``wide`` is the
 * number of vectors side by side, known to the compiler. */
#define JOIN2(name, lanes) name##_##lanes
#define JOIN(name, lanes) JOIN2(name, lanes)
#define floats JOIN(floats, LANES)
#define words JOIN(words, LANES)
#define halves JOIN(halves, LANES)
#define load JOIN(load, LANES)
#define store JOIN(store, LANES)
#define load_float JOIN(load_float, LANES)
#define relu6 JOIN(relu6, LANES)
#define passed JOIN(passed, LANES)
#define add_to JOIN(add_to, LANES)
#define sums_tile JOIN(sums_tile, LANES)
#define apply_tile JOIN(apply_tile, LANES)
#define back_sums_tile JOIN(back_sums_tile, LANES)
#define back_tile JOIN(back_tile, LANES)
#define depthwise_row JOIN(depthwise_row, LANES)
#define depthwise2_back_row JOIN(depthwise2_back_row, LANES)
#define weights_back_row JOIN(weights_back_row, LANES)

typedef float floats __attribute__((vector_size(4 * LANES)));
typedef uint32_t words __attribute__((vector_size(4 * LANES)));
typedef uint16_t halves __attribute__((vector_size(2 * LANES)));

#ifdef FLOAT32
INLINE floats load(const number *from)
{
    floats v;
    memcpy(&v, from, sizeof v);
    return v;
}

INLINE void store(number *to, floats v)
{
    memcpy(to, &v, sizeof v);
}
#else
INLINE floats load(const number *from)
{
    halves h;
    memcpy(&h, from, sizeof h);
#if defined(__AVX512BF16__) && LANES == 16
    words w = (words)_mm512_cvtepu16_epi32((__m256i)h); /* GCC makes two halves of the conversion */
#else
    words w = __builtin_convertvector(h, words);
#endif
    return (floats)(w << 16);
}

/* Round to nearest, ties to even. Activations are finite, so a carry into the exponent is right too. */
INLINE void store(number *to, floats v)
{
#if defined(__AVX512BF16__) && LANES == 16
    __m256bh h = _mm512_cvtneps_pbh((__m512)v); /* subnormal numbers become 0 */
#else
    words w = (words)v;
    w += 0x7fff + ((w >> 16) & 1);
    halves h = __builtin_convertvector(w >> 16, halves);
#endif
    memcpy(to, &h, sizeof h);
}
#endif

INLINE floats load_float(const float *from)
{
    floats v;
    memcpy(&v, from, sizeof v);
    return v;
}

INLINE floats relu6(floats v)
{
    v = (floats)((words)v & (words)(v > 0));
    words small = (words)(v < 6);
    const floats six = (floats){0} + 6;
    return (floats)(((words)v & small) | ((words)six & ~small));
}

/* The gradient where ReLU6 lets it through. */
INLINE floats passed(floats gradient, floats normal)
{
    return (floats)((words)gradient & (words)(normal > 0) & (words)(normal < 6));
}

INLINE void add_to(double *sums, floats v)
{
    for (int i = 0; i < LANES; i++) {
        sums[i] += (double)v[i];
    }
}

INLINE void sums_tile(const int wide, const number *x, int64_t pixels, int channels, double *sums, double *squares)
{
    floats sum[MOST] = {0}, square[MOST] = {0};
    for (int64_t p = 0; p < pixels; p++, x += channels) {
        for (int v = 0; v < wide; v++) {
            floats a = load(x + v * LANES);
            sum[v] += a;
            square[v] += a * a;
        }
    }
    for (int v = 0; v < wide; v++) {
        add_to(sums + v * LANES, sum[v]);
        add_to(squares + v * LANES, square[v]);
    }
}

INLINE void apply_tile(const int wide, const number *x, number *y, int64_t pixels, int channels, const float *scale,
                       const float *offset, const int rectify)
{
    floats s[MOST], o[MOST];
    for (int v = 0; v < wide; v++) {
        s[v] = load_float(scale + v * LANES);
        o[v] = load_float(offset + v * LANES);
    }
    for (int64_t p = 0; p < pixels; p++, x += channels, y += channels) {
        for (int v = 0; v < wide; v++) {
            floats a = load(x + v * LANES) * s[v] + o[v];
            store(y + v * LANES, rectify ? relu6(a) : a);
        }
    }
}

INLINE void back_sums_tile(const int wide, const number *x, const number *g, int64_t pixels, int channels,
                           const float *scale, const float *offset, const int rectify, double *sums, double *products)
{
    floats s[MOST], o[MOST], sum[MOST] = {0}, product[MOST] = {0};
    for (int v = 0; v < wide; v++) {
        s[v] = load_float(scale + v * LANES);
        o[v] = load_float(offset + v * LANES);
    }
    for (int64_t p = 0; p < pixels; p++, x += channels, g += channels) {
        for (int v = 0; v < wide; v++) {
            floats a = load(x + v * LANES), b = load(g + v * LANES);
            b = rectify ? passed(b, a * s[v] + o[v]) : b;
            sum[v] += b;
            product[v] += a * b;
        }
    }
    for (int v = 0; v < wide; v++) {
        add_to(sums + v * LANES, sum[v]);
        add_to(products + v * LANES, product[v]);
    }
}

INLINE void back_tile(const int wide, const number *x, const number *g, number *gx, int64_t pixels, int channels,
                      const float *scale, const float *offset, const int rectify, const float *slope,
                      const float *level)
{
    floats s[MOST], o[MOST], k[MOST], l[MOST];
    for (int v = 0; v < wide; v++) {
        s[v] = load_float(scale + v * LANES);
        o[v] = load_float(offset + v * LANES);
        k[v] = load_float(slope + v * LANES);
        l[v] = load_float(level + v * LANES);
    }
    for (int64_t p = 0; p < pixels; p++, x += channels, g += channels, gx += channels) {
        for (int v = 0; v < wide; v++) {
            floats a = load(x + v * LANES), b = load(g + v * LANES);
            b = rectify ? passed(b, a * s[v] + o[v]) : b;
            store(gx + v * LANES, b * s[v] + (a * k[v] + l[v]));
        }
    }
}

/* One row of the channels from c on: weights of rows outside the picture are 0, and such rows point to any valid
 * one. */
INLINE void depthwise_row(const number *const rows[3], int c, const struct shape *shape, const float *weights,
                          number *y)
{
    const int channels = shape->channels, pad = shape->stride == 1;
    weights += c;
    y += c;
    floats w[9];
    const number *x[3];
    for (int i = 0; i < 3; i++) {
        x[i] = (rows[i] ? rows[i] : rows[1]) + c;
        for (int j = 0; j < 3; j++) {
            w[3 * i + j] = rows[i] ? load_float(weights + (3 * i + j) * channels) : (floats){0};
        }
    }
    for (int q = 0; q < shape->width / shape->stride; q++, y += channels) {
        floats sum = {0};
        for (int j = 0; j < 3; j++) {
            const int column = q * shape->stride + j - pad;
            if (column >= 0 && column < shape->width) {
                const int64_t at = (int64_t)column * channels;
                sum += load(x[0] + at) * w[j] + load(x[1] + at) * w[3 + j] + load(x[2] + at) * w[6 + j];
            }
        }
        store(y, sum);
    }
}

INLINE void depthwise2_back_row(const number *first, const number *last, int c, const struct shape *shape, int odd,
                                const float *weights, number *gx)
{
    const int channels = shape->channels;
    floats w[2][3], left[2] = {0};
    const number *other = (last ? last : first) + c;
    first += c;
    weights += c;
    gx += c;
    for (int j = 0; j < 3; j++) {
        w[0][j] = load_float(weights + (3 * odd + j) * channels);
        w[1][j] = last ? load_float(weights + (6 + j) * channels) : (floats){0};
    }
    for (int q = 0; q < shape->width / 2; q++, gx += 2 * channels) {
        const floats g[2] = {load(first + (int64_t)q * channels), load(other + (int64_t)q * channels)};
        store(gx, g[0] * w[0][0] + left[0] * w[0][2] + g[1] * w[1][0] + left[1] * w[1][2]);
        store(gx + channels, g[0] * w[0][1] + g[1] * w[1][1]);
        left[0] = g[0];
        left[1] = g[1];
    }
}

/* Add to gw [9][channels] what the output row under ``rows`` gives for the channels from c on. */
INLINE void weights_back_row(const number *const rows[3], const number *g, int c, const struct shape *shape, float *gw)
{
    const int channels = shape->channels, pad = shape->stride == 1;
    g += c;
    gw += c;
    floats sum[9] = {0};
    const number *x[3];
    for (int i = 0; i < 3; i++) {
        x[i] = (rows[i] ? rows[i] : rows[1]) + c;
    }
    for (int q = 0; q < shape->width / shape->stride; q++, g += channels) {
        const floats gradient = load(g);
        for (int j = 0; j < 3; j++) {
            const int column = q * shape->stride + j - pad;
            if (column >= 0 && column < shape->width) {
                const int64_t at = (int64_t)column * channels;
                sum[j] += load(x[0] + at) * gradient;
                sum[3 + j] += load(x[1] + at) * gradient;
                sum[6 + j] += load(x[2] + at) * gradient;
            }
        }
    }
    for (int i = 0; i < 9; i++) {
        if (rows[i / 3]) {
            floats total = load_float(gw + i * channels) + sum[i];
            memcpy(gw + i * channels, &total, sizeof total);
        }
    }
}

#undef JOIN2
#undef JOIN
#undef floats
#undef words
#undef halves
#undef load
#undef store
#undef load_float
#undef relu6
#undef passed
#undef add_to
#undef sums_tile
#undef apply_tile
#undef back_sums_tile
#undef back_tile
#undef depthwise_row
#undef depthwise2_back_row
#undef weights_back_row
#undef LANES
