using System.Diagnostics;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using Compat.Log;

namespace Compat.Benchmarks.Tests;

/// <summary>Runs every benchmark until it allocates no more than is written beside it.</summary>
public class AllocationTests
{
    // Code is compiled for good some time after it was first run, by a thread of its own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static bool IsDebug => typeof(PartitionLog).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true;

    public static TheoryData<Type, string> Operations
    {
        get
        {
            TheoryData<Type, string> operations = [];
            foreach (MethodInfo method in typeof(AllocationTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()))
            {
                if (method.IsDefined(typeof(BenchmarkAttribute)))
                {
                    operations.Add(method.DeclaringType!, method.Name);
                }
            }

            return operations;
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_operation_allocates_what_is_written_beside_it(Type benchmarks, string operation)
    {
        Assert.SkipWhen(IsDebug, "the numbers are those of code that is optimized");
        MethodInfo method = benchmarks.GetMethod(operation)!;
        object instance = Activator.CreateInstance(benchmarks)!;
        await RunAsync<GlobalSetupAttribute>(instance);
        try
        {
            long written = method.GetCustomAttribute<AllocatesAttribute>()?.Bytes ?? throw new InvalidOperationException("no number is written");
            int operations = method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke;
            long least = Least(method.CreateDelegate<Func<long>>(instance), operations, written);
            Assert.True(least <= written, $"{operation} allocates {least} bytes, and {written} are written");
        }
        finally
        {
            await RunAsync<GlobalCleanupAttribute>(instance);
        }
    }

    // Of many runs, because what a file's or index's growth and the pool's adds is not the operation's.
    private static long Least(Func<long> invoke, int operations, long enough)
    {
        long least = long.MaxValue;
        long started = TimeProvider.System.GetTimestamp();
        while (least > enough && TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            invoke();
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / operations);
        }

        return least;
    }

    private static async Task RunAsync<TAttribute>(object instance)
        where TAttribute : Attribute
    {
        foreach (MethodInfo method in instance.GetType().GetMethods().Where(method => method.IsDefined(typeof(TAttribute))))
        {
            if (method.Invoke(instance, null) is Task task)
            {
                await task;
            }
        }
    }
}
