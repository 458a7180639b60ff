package cell;

/** A method around the service's own, or around another such. */
final class Layer {
    final Service service;
    final Layer below;

    Layer(Service service, Layer below) {
        this.service = service;
        this.below = below;
    }
}
