namespace Conformance.Sim;

/// <summary>The features that the device knows, by identifier. An area adds its features by one line here.</summary>
internal sealed class FeatureList
{
    private readonly Feature?[] _byId = new Feature?[256];

    public static FeatureList Create()
    {
        var list = new FeatureList();
        foreach (var feature in WordFeature.All) list.Add(feature);
        return list
            .Add(new NumberOfQueues())
            .Add(new InterruptVectors())
            .Add(new EventConfiguration())
            .Add(new SanitizeConfiguration())
            .Add(new TemperatureThreshold())
            .Add(new ThermalManagement())
            .Add(new PowerManagement())
            .Add(new NonOperationalPower())
            .Add(new WriteCache())
            .Add(new ErrorRecovery())
            .Add(new TimestampFeature())
            .Add(new KeepAliveTimer())
            .Add(new HostBehavior())
            .Add(new DataQueueFeature())
            .Add(new HostIdentifierSetting())
            .Add(new ReservationNotificationMask())
            .Add(new ReservationPersistence())
            .Add(new NamespaceWriteProtection());
    }

    /// <summary>All features, ascending by identifier.</summary>
    public IEnumerable<Feature> All => _byId.OfType<Feature>();

    /// <summary>The feature of an identifier, where this controller has it.</summary>
    public Feature? Find(ControllerCore c, byte fid) => _byId[fid] is { } feature && feature.IsSupported(c) ? feature : null;

    public FeatureList Add(Feature feature)
    {
        if (_byId[(byte)feature.Id] is { } other)
            throw new InvalidOperationException($"Feature {(byte)feature.Id:X2}h: {other.GetType().Name} and {feature.GetType().Name}.");
        _byId[(byte)feature.Id] = feature;
        return this;
    }
}
