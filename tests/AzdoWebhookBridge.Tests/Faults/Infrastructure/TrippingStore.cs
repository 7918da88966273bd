using System.Collections.Concurrent;
using System.Reflection;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>The real store, whose methods throw first what was ordered.</summary>
public class TrippingStore : DispatchProxy
{
    private object _store = null!;
    private Trips _trips = null!;
    private IServiceProvider _services = null!;

    /// <summary>Puts itself in front of the store that is registered.</summary>
    internal static void Register(IServiceCollection services, Trips trips)
    {
        var real = services.Last(service => service.ServiceType == typeof(IBridgeStore)).ImplementationFactory!;
        services.AddSingleton(provider =>
        {
            var store = Create<IBridgeStore, TrippingStore>();
            var proxy = (TrippingStore)(object)store;
            (proxy._store, proxy._trips, proxy._services) = (real(provider), trips, provider);
            return store;
        });
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        if (_trips.Of(targetMethod.Name).TryDequeue(out var exception))
        {
            _trips.OnThrow(_services);
            throw exception;
        }

        return targetMethod.Invoke(_store, BindingFlags.DoNotWrapExceptions, null, args, null);
    }

    /// <summary>What is to be thrown, by method.</summary>
    internal sealed class Trips
    {
        private readonly ConcurrentDictionary<string, ConcurrentQueue<Exception>> _byMethod = new(StringComparer.Ordinal);

        /// <summary>Runs before each throw.</summary>
        public Action<IServiceProvider> OnThrow { get; set; } = _ => { };

        public ConcurrentQueue<Exception> Of(string method) => _byMethod.GetOrAdd(method, _ => new ConcurrentQueue<Exception>());
    }
}
